<?php

use App\Jobs\CountVisit;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Route;

$cipher = fn () => DB::selectOne("SHOW SESSION STATUS LIKE 'Ssl_cipher'")->Value;

Route::get('/up', fn () => 'up');

Route::get('/', function (Request $request) use ($cipher) {
    DB::table('visits')->insert(['scheme' => $request->getScheme()]);
    CountVisit::dispatch();
    $visits = DB::table('visits')->count();
    $tls = $cipher() ?: 'none';

    return "<!doctype html>\n<title>lostops</title>\n<h1>Visit $visits</h1>\n<p>MySQL over TLS: $tls</p>\n"
        .'<p><a href="'.e(url('/status'))."\">status</a></p>\n";
});

Route::get('/status', fn (Request $request) => [
    'visits' => DB::table('visits')->count(),
    'jobs_done' => DB::table('traces')->where('kind', 'job')->count(),
    'schedule_ran' => DB::table('traces')->where('kind', 'schedule')->count(),
    'failed_jobs' => DB::table('failed_jobs')->count(),
    'tls_cipher' => $cipher(),
    'mysql_version' => DB::selectOne('SELECT VERSION() AS version')->version,
    'scheme' => $request->getScheme(),
    'host' => $request->getHost(),
    'client' => $request->ip(),
    'environment' => app()->environment(),
]);
