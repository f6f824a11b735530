<?php

namespace App\Node;

use App\Node;

class Identifier implements Node
{
    public $name;
}
