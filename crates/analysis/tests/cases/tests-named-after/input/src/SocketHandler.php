<?php
namespace Log;

class SocketHandler
{
    public function write()
    {
        return new Line();
    }
}
