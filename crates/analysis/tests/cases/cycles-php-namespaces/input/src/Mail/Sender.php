<?php

namespace App\Mail;

use App\User\Account;

class Sender
{
    public function send(Account $account)
    {
    }
}
