<?php
namespace App;

function up() {}
