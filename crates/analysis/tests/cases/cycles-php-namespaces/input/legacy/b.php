<?php

require_once __DIR__ . '/a.php';

function b()
{
    return a();
}
