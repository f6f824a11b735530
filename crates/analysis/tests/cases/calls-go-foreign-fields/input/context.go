package web

import (
	"net/http"
)

type response struct {
	http.ResponseWriter
	inner *http.Request
}

type context struct {
	request  *http.Request
	response *response
}

func (c *context) Cookie(name string) (*http.Cookie, error) {
	return c.request.Cookie(name)
}

func (c *context) Referer() string {
	return c.response.inner.Referer()
}

func (c *context) Flushed() bool {
	return true
}

func flush(r *response) {
	r.ResponseWriter.Flushed()
}
