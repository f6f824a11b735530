<?php

namespace App;

use App\Pass;

class Kernel
{
    public function build(): Pass
    {
        return new Pass($this);
    }
}
