<?php

namespace App\Node;

use App\Node;

class Negation implements Node
{
    public function __construct($inner)
    {
        $this->inner = $inner;
    }
}
