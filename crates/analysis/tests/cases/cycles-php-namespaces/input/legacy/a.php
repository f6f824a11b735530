<?php

require_once __DIR__ . '/b.php';

function a()
{
    return b();
}
