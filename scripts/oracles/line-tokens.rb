# Lines of code, comments and blanks by Ripper: `ruby line-tokens.rb ROOT`, paths on stdin.
require "json"
require "ripper"

NOTHING = %i[on_sp on_nl on_ignored_nl on_words_sep].freeze
COMMENT = %i[on_comment on_embdoc_beg on_embdoc on_embdoc_end].freeze
$stdin.read.split("\n").each do |path|
  text = File.read(File.join(ARGV[0], path), encoding: "UTF-8")
  parser = Ripper::Lexer.new(text)
  lines = {}
  tokens = parser.lex
  tokens.each do |(line, _), kind, token, _|
    next if NOTHING.include?(kind)
    # What is behind `__END__` is data.
    last = kind == :on___end__ ? text.lines.length : line + token.chomp.count("\n")
    (line..last).each { |at| lines[at] = [lines[at] || 0, COMMENT.include?(kind) ? 1 : 2].max }
  end
  if parser.error?
    puts JSON.generate(path: path, error: "syntax")
    next
  end
  code, comments = lines.values.count(2), lines.values.count(1)
  puts JSON.generate(path: path, code: code, comments: comments, blanks: text.lines.length - code - comments)
end
