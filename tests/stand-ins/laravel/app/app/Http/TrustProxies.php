<?php

namespace App\Http;

/** Nobody but the proxy in front reaches the container. */
class TrustProxies extends \Illuminate\Http\Middleware\TrustProxies
{
    protected $proxies = '*';
}
