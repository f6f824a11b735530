<?php
require_once __DIR__ . '/lib.php';

function main()
{
    PAGE::Load(1)->Render();
    return Format_Title('a');
}
