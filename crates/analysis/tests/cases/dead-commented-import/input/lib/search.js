exports.query = text => [text];

exports.elasticQuery = text => ({ text });

exports.parsed = text => text;

exports.ranked = text => [text];

exports.gone = text => text;
