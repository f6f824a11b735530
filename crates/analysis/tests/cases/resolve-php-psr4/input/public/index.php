<?php
require_once dirname(__DIR__) . '/lib/helpers.php';
require __DIR__ . '/../config/app.php';
require dirname(__DIR__, 1) . "/config/db.php";
