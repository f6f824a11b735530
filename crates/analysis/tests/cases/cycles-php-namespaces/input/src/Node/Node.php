<?php

namespace App\Node;

use App\Compiler;

class Node
{
    public function compile(Compiler $compiler)
    {
    }
}
