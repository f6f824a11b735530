package store

import "testing"

func TestPut(t *testing.T) {
	if Put() != 2 || Get() != 1 {
		t.Fatal()
	}
}
