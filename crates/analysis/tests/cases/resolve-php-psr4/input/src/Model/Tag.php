<?php
namespace App\Model;

enum Tag {}
