/* ***** BEGIN LICENSE BLOCK *****
 * Distributed under the BSD license:
 *
 * Copyright (c) 2010, Somebody B.V.
 * ***** END LICENSE BLOCK ***** */
(function () {
    var ace = {};
    window.ace = ace;
})();
