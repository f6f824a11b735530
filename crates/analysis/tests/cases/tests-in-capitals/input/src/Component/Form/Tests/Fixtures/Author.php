<?php

namespace App\Component\Form\Tests\Fixtures;

use App\Component\Form\Form;

class Author
{
    private function getPrivateGetter()
    {
        return 'foobar';
    }
}
