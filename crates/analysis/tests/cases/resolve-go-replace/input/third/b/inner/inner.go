package inner

func Go() {}
