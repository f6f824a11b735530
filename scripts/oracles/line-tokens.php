<?php
// Lines of code, comments and blanks by PHP's own scanner: `php line-tokens.php ROOT`, paths on stdin.
foreach (explode("\n", trim(stream_get_contents(STDIN))) as $path) {
    $text = file_get_contents("$argv[1]/$path");
    $tokens = token_get_all($text);
    $lines = [];
    $line = 1;
    foreach ($tokens as $token) {
        [$kind, $body] = is_array($token) ? $token : [0, $token];
        $last = $line + substr_count(preg_replace('/\n$/', '', $body), "\n");
        if ($kind === T_INLINE_HTML) {
            // Lines of text outside of `<?php`.
            foreach (explode("\n", $body) as $at => $part) {
                if (trim($part) !== '') {
                    $lines[$line + $at] = 2;
                }
            }
        } elseif ($kind !== T_WHITESPACE) {
            $is_comment = $kind === T_COMMENT || $kind === T_DOC_COMMENT;
            for ($at = $line; $at <= $last; $at++) {
                $lines[$at] = max($lines[$at] ?? 0, $is_comment ? 1 : 2);
            }
        }
        $line += substr_count($body, "\n");
    }
    $total = $text === '' ? 0 : substr_count(preg_replace('/\n$/', '', $text), "\n") + 1;
    $counts = array_count_values($lines);
    [$code, $comments] = [$counts[2] ?? 0, $counts[1] ?? 0];
    echo json_encode(['path' => $path, 'code' => $code, 'comments' => $comments, 'blanks' => $total - $code - $comments]), "\n";
}
