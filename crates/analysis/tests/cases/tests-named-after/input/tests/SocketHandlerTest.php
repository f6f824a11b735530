<?php
namespace Log;

use PHPUnit\Framework\TestCase;

class SocketHandlerTest extends TestCase
{
    public function testWrite()
    {
        $this->assertNotNull((new SocketHandler())->write());
    }
}
