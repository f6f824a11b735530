<?php
namespace App\Model;

final class Post {}
