<?php

namespace App;

use App\Node;
use App\Node\Negation;

class Factory
{
    public function name($text)
    {
        return new Node\Identifier($text);
    }

    public function not($inner)
    {
        return new Negation($inner);
    }
}
