<?php
namespace Log\Part;

class Line
{
    public function text()
    {
        return 1;
    }
}
