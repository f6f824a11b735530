package a.b

class Used
class Unused
object implicits { implicit val x: Int = 1 }
