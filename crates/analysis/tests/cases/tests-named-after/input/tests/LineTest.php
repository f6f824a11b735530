<?php
namespace Tests;

class LineTest
{
    public function testText()
    {
        return 1;
    }
}
