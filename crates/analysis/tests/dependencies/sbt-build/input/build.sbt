ThisBuild / scalaVersion := "2.13.12"
// libraryDependencies += "org.no" %% "commented" % "1.0"
val catsVersion = "2.9.0"

object Versions {
  val circe = "0.14.6"
  lazy val twice = "1.0"
}
object Others { lazy val twice = "2.0" }

lazy val root = (project in file("."))
  .settings(
    libraryDependencies += "org.typelevel" %% "cats-core" % catsVersion,
    libraryDependencies ++= Seq(
      "io.circe" %% "circe-core" % Versions.circe,
      "com.h2database" % "h2" % "2.2.224" % Test,
      "org.scalatest" %% "scalatest" % "3.2.17" % "test,it",
      "jakarta.servlet" % "servlet-api" % "6.0.0" % Provided exclude("org.no", "excluded"),
      "org.both" %% "both" % "1.1" % "compile->compile;test->test",
      "org.native" %%% "scalajs-dom" % "2.8.0",
      "org.amb" % "amb" % Versions.twice,
      "org.opt" % "opt" % "1.0" % Optional,
      "org.dyn" % "dyn" % s"1.$minor"
    ),
    excludeDependencies ++= Seq(
      "org.no" % "left-out" % "1.0"
    ),
    dependencyOverrides += "org.no" % "overridden" % "1.0",
    scalacOptions += (if (10 % 3 == 1) "-a" else "-b")
  )

addCompilerPlugin("org.typelevel" %% "kind-projector" % "0.13.2" cross CrossVersion.full)
