<?php

namespace App;

use App\Node\Node;

class Compiler
{
    public function compile(Node $node)
    {
        $node->compile($this);
    }
}
