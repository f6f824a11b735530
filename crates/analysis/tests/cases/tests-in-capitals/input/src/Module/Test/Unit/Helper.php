<?php

namespace App\Module\Test\Unit;

class Helper
{
    private function unused()
    {
        return 1;
    }
}
