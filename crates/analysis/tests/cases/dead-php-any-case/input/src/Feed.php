<?php
namespace App;

use App\Net\Client;
use App\Net\Unused;

class Feed
{
    public function title(): string
    {
        return $this->extracttitle(new client());
    }

    private function extractTitle($client): string
    {
        return $client->read();
    }

    private function gone(): string
    {
        return '';
    }
}
