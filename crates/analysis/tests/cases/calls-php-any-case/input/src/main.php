<?php
require_once __DIR__ . '/lib.php';

function main()
{
    $page = PAGE::Load(1);
    $page->Render();
    return Format_Title('a');
}
