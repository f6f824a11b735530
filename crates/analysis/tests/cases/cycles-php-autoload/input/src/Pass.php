<?php

namespace App;

use App\Kernel;

class Pass
{
    public function __construct(private Kernel $kernel)
    {
    }
}
