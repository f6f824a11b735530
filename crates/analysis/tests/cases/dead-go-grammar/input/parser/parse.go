package parser

type parser struct{}

func (p *parser) newNode() int { return 1 }

func (p *parser) newLeaf() int { return 2 }

func (p *parser) deadOne() int { return 3 }
