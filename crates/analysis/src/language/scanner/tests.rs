use super::super::{LanguageId, count};
use super::*;

/// Each line of a text begins with what it is: `.` code, `#` comment, `_` blank.
fn check(language: &str, text: &str) {
    let marks: String = text.lines().filter_map(|line| line.chars().next()).collect();
    let text: String = text.lines().map(|line| format!("{}\n", &line[1..])).collect();
    let language = LanguageId::by_id(language).expect("in the table").get();
    let layout = scan(language, text.as_bytes());
    let counted = count(text.as_bytes(), &layout).lines;
    let marked = |mark: char| u32::try_from(marks.matches(mark).count()).expect("few");
    let expected = (marked('.'), marked('#'), marked('_'));
    let seen = (counted.code, counted.comments, counted.blanks);
    assert_eq!(seen, expected, "{}: {text}\n{:?}", language.id, layout.spans);
}

#[test]
fn stray_quotes_end_with_their_line() {
    for language in [
        "c",
        "java",
        "javascript",
        "css",
        "go",
        "rust",
        "vhdl",
        "dockerfile",
        "toml",
        "protobuf",
    ] {
        let sign = match language {
            "css" | "c" => "/* x */",
            "vhdl" => "-- x",
            "dockerfile" | "toml" => "# x",
            _ => "// x",
        };
        check(language, &format!(".a \"b\n#{sign}\n.c 'd\n#{sign}\n"));
    }
    // A quote that is never closed opens nothing where strings may span lines either.
    for (language, sign) in [
        ("shell", "#"),
        ("perl", "#"),
        ("sql", "--"),
        ("clojure", ";"),
        ("r", "#"),
        ("nix", "#"),
    ] {
        check(language, &format!(".a \"b\n#{sign} x\n.c\n#{sign} y\n"));
    }
}

#[test]
fn strings_of_several_lines() {
    check("elixir", ".a = \"\"\"\n.# no\n.\n.\"\"\"\n## yes\n");
    check("kotlin", ".val a = \"\"\"\n.// no\\\n.\"\"\"\"\n#// yes\n");
    check("dart", ".var a = r'''\n.// \\'''; // x\n#// yes\n");
    check(
        "toml",
        ".a = '''\n.# no\n.'''\n## yes\n.b = \"\"\"\n.# \\\"\"\" no\n.\"\"\"\n## yes\n",
    );
    check(
        "sql",
        ".select 'a\n.-- no';\n#-- yes\n.select 'it''s' -- x\n#-- yes\n.select '\\', '\\';\n#-- yes\n",
    );
    check("sql", ".do $x$\n.-- no $$\n.$x$;\n#-- yes\n.select $1, $2;\n#-- yes\n");
    check(
        "shell",
        ".a='it\n.# no'\n## yes\n.b=$'\\'# no'\n## yes\n.echo $# ${#a} 'x'\n## yes\n.c=a#b'\n.'\n## yes\n",
    );
    check("emacs-lisp", ".(a ?\" ?\\\" ?;)\n#; yes\n.(b \"x\n.; no\")\n#; yes\n");
    check("scheme", ".(a #\\\" #\\;)\n#; yes\n##| x #| y |# z\n#|#\n.b\n");
    check("clojure", ".[\\\" \\;]\n#; yes\n");
    check("erlang", ".[$\", $%, $\\\"]\n#% yes\n");
    check("haskell", ".a = '\"' : x' y\n#-- yes\n#{- {- -}\n#-}\n");
    check(
        "ocaml",
        ".let a = {x|\n.(* no |}\n.|x} and b = '\"'\n#(* yes (* *)\n#*)\n",
    );
    check(
        "fsharp",
        ".let a = (*) 1\n.let b = @\"\\\"\n#(* yes *)\n.let c = \"\"\"\n.// no \"\n.\"\"\"\n#// yes\n",
    );
    check("nix", ".a = ''\n.  # no ''' ''${b}\n.'';\n## yes\n");
    check(
        "lua",
        ".a = [==[\n.-- no ]]\n.]==]\n#--[=[ yes\n#]] still ]=]\n.b()\n#-- c\n",
    );
    check("cmake", ".set(A [[\n.# no\n.]])\n##[[ yes\n#x ]]\n.b()\n");
    check("nim", ".a = \"\"\"\n.# no\n.\"\"\"\n##[ yes #[ x ]#\n#]#\n");
    check(
        "powershell",
        ".$a = @\"\n.# no \"\n.\"@\n.$b = \"`\"\"\n## yes\n#<# x\n##>\n",
    );
    check("coffeescript", ".a = \"\"\"\n.# no\n.\"\"\"\n#### yes\n#it's\n####\n");
    check("graphql", ".\"\"\"\n.# no\n.\"\"\"\n.type A\n## yes\n");
    check("groovy", ".a = '''\n.// no\n.'''\n#// yes\n");
    check("r", ".a <- r\"(\n.# no \" )\"\n## yes\n.b <- \"x\n.# no\"\n");
    check("julia", ".a = b' * \"\"\"\n.# no\n.\"\"\"\n##= yes #= =#\n#=#\n");
    check("hcl", ".a = <<-EOT\n.# no\n.  EOT\n## yes\n");
    check("dockerfile", ".RUN <<EOF\n.# no\n.EOF\n## yes\n.RUN a # b\n");
    check(
        "swift",
        ".let a = #\"\"\"\n.// no \"\"\"\n.\"\"\"#\n#// yes\n.let b = #\"\"/*\"#\n#// yes\n",
    );
    check("zig", ".const a =\n.    \\\\ // \" no\n#// yes\n");
    check("jsonnet", ".a: |||\n.  # no\n.|||,\n## yes\n");
}

#[test]
fn here_documents() {
    check(
        "shell",
        ".cat <<'A' <<-B\n.it's\n.A\n.\t# no\n.\tB\n## yes\n.a=$((1 << 2)) b=\"$(cat <<< x)\"\n## yes\n",
    );
    check("perl", ".print <<\"A B\", 1 << 3;\n.# no '\n.A B\n## yes\n");
    check(
        "php",
        ".<?php\n.$a = <<<'X'\n.// no '\n.  X . \"b\";\n#// yes\n.?>\n.it's // no\n#<!-- yes -->\n.<?php #[A]\n## yes\n",
    );
    check(
        "ruby",
        ".a = <<~X.strip\n.  # no '\n.X\n## yes\n.b = [1] << 2\n## yes\n",
    );
}

#[test]
fn quotes_of_perl_and_ruby() {
    check(
        "perl",
        ".s/\"/'/g; tr{a'}{b}; my $x = q{'};\n## yes\n.$h{s} = $#a / 2; $y = '/';\n## yes\n.if (/[\"#]/) {}\n## yes\n.m{\"#}x && s => 1;\n## yes\n",
    );
    check("perl", ".a;\n#=head1 A\n#\n#it's\n#=cut\n.b; # c\n");
    check(
        "ruby",
        ".a = %w[' \"] + [x % 3]\n## yes\n.b =~ /[\"#]/\n## yes\n#=begin\n# =end \"\n#=end\n.c\n",
    );
}

#[test]
fn script() {
    check(
        "javascript",
        ".a = /[/*\"]/g, b = c / d / e;\n#// yes\n.if (x) /\"/.test(y)\n#/* yes */\n",
    );
    check(
        "javascript",
        ".`a ${b ? `// ${c}` : \"`\"}\n.// no\n.`\n#// yes\n.x = a++ / 2 // \"\n.y = <b>it's</b>;\n#// yes\n",
    );
    check(
        "typescript",
        ".return /`/\n#// yes\n.const a = b as c / d; const e = f[0] / 1; /* x\n#*/\n",
    );
    check("javascript", ".#!/usr/bin/env node\n".replace('.', "#").as_str());
    check("javascript", ".a = 1 `open\n#// yes\n");
}

#[test]
fn yaml() {
    check(
        "yaml",
        ".a: don't\n## yes\n.b: 'it''s\n.\n.  # no'\n## yes\n.c: \"\\\" # no\"\n## yes\n",
    );
    check(
        "yaml",
        ".run: |\n.  # no\n.\n.  it's\n_\n## yes\n.- key: >-  # x\n.    # no\n.  b: a#b\n## yes\n",
    );
    check(
        "yaml",
        ".a: !!str |2+\n.  # no\n.b: &x 'y\n.  # no'\n.c: [ 'd', \"e\" ]\n## yes\n.url: http://a/'b\n## yes\n",
    );
}

#[test]
fn markup() {
    check(
        "html",
        ".<p title=\"<!-- no -->\">it's</p>\n#<!-- yes\n#-->\n.<![CDATA[ <!--\n.no ]]>\n#<!-- yes -->\n",
    );
    check(
        "html",
        ".<script>\n.a = '<!--';\n#// yes\n.</script>\n.<style>\n#/* yes */\n.b { }\n.</style>\n.<p>// no</p>\n",
    );
    check(
        "html",
        ".<script type=\"text/template\">\n.<p>it's // no</p>\n#<!-- yes -->\n.</script>\n",
    );
    check(
        "vue",
        ".<template lang=\"pug\">\n.p it's\n#//- yes\n#  it is\n.p b\n.</template>\n.<style lang=\"scss\">\n#// yes\n.</style>\n",
    );
    check(
        "astro",
        ".---\n#// yes\n.const a = '---';\n.---\n.<p>it's</p>\n#{/* yes */}\n.<script>\n#// yes\n.</script>\n",
    );
    check(
        "handlebars",
        ".<p>it's</p>\n#{{!-- yes }}\n#--}}\n#{{! yes }}\n.{{a \"b\"}}\n",
    );
    check("xml", ".<a b='\n.'/>\n#<!-- it's -->\n.<c>don't</c>\n");
    check("ruby-html", "#<%# it's\n#%>\n.<%= \"a\" %>\n#<!-- yes -->\n");
    check("pug", ".p it's\n#// yes\n#  no tag\n.p // no\n");
    check("twig", "#{# it's #}\n.{{ 'a' }}\n");
}

#[test]
fn prose() {
    check("markdown", "## A\n_\n#```python\n.a = 1\n## b\n_\n#```\n#text\n");
    check(
        "markdown",
        "#- a\n#  ```js\n.  b();\n#  ```\n#````\n#```js\n#````\n#~~~ rust,ignore\n.c\n#~~~\n",
    );
    check(
        "restructuredtext",
        ".A\n_\n... code-block:: c\n_\n.   a;\n#   // b\n_\n.text\n",
    );
    check("org", ".text\n.#+begin_src sh\n.a\n## b\n.#+end_src\n## c\n");
}

#[test]
fn comments_of_words_and_lines() {
    check("batch", "#REM a\n.REMOVE a\n.echo REM\n#:: b\n");
    check("matlab", "#%{\n#it's\n#%}\n.a = b'; %{ x\n.c\n");
    check("ini", "#; a\n.b = c;d\n## e\n");
    check("coq", "#(* a (* b *)\n#*)\n.c\n");
    check("forth", "#\\ a\n.b\n");
}

/// Text of openings only takes no more than a few passes.
#[test]
fn hostile_text_is_scanned_in_linear_time() {
    for piece in [
        "<<A\n", "R\"a(", "$a$", "{a|", "(* ", "{- ", "/* ", "\"", "'", "`${", "<a {", "<a '", "<script>", "q{", "/a ",
        "[==[", "'''\n", "```\n", "%w[", "- 'a\n", "@\"", "#\"", "<!--",
    ] {
        let text = piece.repeat(40_000 / piece.len());
        for language in [
            "abap",
            "c",
            "clojure",
            "cpp",
            "csharp",
            "dart",
            "html",
            "javascript",
            "lua",
            "markdown",
            "nix",
            "ocaml",
            "pascal",
            "perl",
            "php",
            "ruby",
            "rust",
            "shell",
            "sql",
            "stratego/xt",
            "vue",
            "yaml",
        ] {
            let language = LanguageId::by_id(language).expect("in the table").get();
            let _ = scan(language, text.as_bytes());
        }
    }
}
