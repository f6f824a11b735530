package text

func Up(s string) string { return s }
