from app.handlers.http10 import HTTP10Handler
from app.handlers.http11 import HTTP11Handler as HTTPHandler
