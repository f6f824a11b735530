/* Copyright (c) 2010, Somebody B.V. BSD license */
define('ace/mode/python', function () {
    return 1;
});
