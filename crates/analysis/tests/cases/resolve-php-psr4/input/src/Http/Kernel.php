<?php
namespace App\Http;

use App\Model\User;
use App\Model\{Post, Tag as T};
use function App\up;
use Symfony\Component\Yaml\Yaml;

class Kernel { function a(User $u, Post $p, T $t) { up(); Yaml::parse(""); } }
