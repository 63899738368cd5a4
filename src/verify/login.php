<?php
// The application's own account, once without TLS and once with it. What it says is what MySQL says; no password is shown.
foreach (['plain' => [], 'tls' => [PDO::MYSQL_ATTR_SSL_CA => getenv('MYSQL_ATTR_SSL_CA')]] as $how => $options) {
  try {
    $place = 'mysql:host=' . getenv('DB_HOST') . ';port=' . getenv('DB_PORT');
    new PDO($place, getenv('DB_USERNAME'), getenv('DB_PASSWORD'), $options + [PDO::ATTR_TIMEOUT => 5, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    echo "$how in\n";
  } catch (Throwable $error) {
    echo "$how out ", strtr($error->getMessage(), "\r\n", '  '), "\n";
  }
}
