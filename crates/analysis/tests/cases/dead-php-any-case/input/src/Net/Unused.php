<?php
namespace App\Net;

class Unused
{
}
