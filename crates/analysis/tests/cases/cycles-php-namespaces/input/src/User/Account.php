<?php

namespace App\User;

use App\Mail\Sender;

class Account
{
    public function greet(Sender $sender)
    {
        $sender->send($this);
    }
}
