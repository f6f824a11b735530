import sbt._

object Dependencies {
  private val akkaVersion: String = "2.8.5"
  val akka = "com.typesafe.akka" % "akka-slf4j_2.13" % akkaVersion
  val note = "not" + "a" + "dependency"
}
