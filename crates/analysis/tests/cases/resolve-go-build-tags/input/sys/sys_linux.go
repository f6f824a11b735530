package sys

func Do() {}
