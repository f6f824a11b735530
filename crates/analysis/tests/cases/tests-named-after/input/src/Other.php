<?php
namespace Log\Other;

class Other
{
    public function run()
    {
        return 2;
    }
}
