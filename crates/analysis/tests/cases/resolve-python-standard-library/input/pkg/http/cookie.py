from http import cookies

SimpleCookie = cookies.SimpleCookie
