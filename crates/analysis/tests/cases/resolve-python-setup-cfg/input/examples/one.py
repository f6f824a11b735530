from app.a import x
from missing_package import y
