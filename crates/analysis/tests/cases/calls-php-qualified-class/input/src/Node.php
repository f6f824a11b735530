<?php

namespace App;

interface Node
{
}
