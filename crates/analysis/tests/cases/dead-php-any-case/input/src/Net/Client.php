<?php
namespace App\Net;

class Client
{
    public function read(): string
    {
        return 'x';
    }
}
