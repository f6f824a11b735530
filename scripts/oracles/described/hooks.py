"""What `scripts/oracles/schemathesis` adds to schemathesis: every third call of an operation is made so that it can succeed.

A random id is that of no scan and a random lease that of no job, so that random calls alone see refusals. Here the ids are
of existing things, and for a call that ends one (a cancel, a report, a deletion) a new one is made before it. How often
each operation answered with which status is counted, and written to the file `STATISTICS` when the run ends.
"""
import atexit, collections, hashlib, hmac, json, os, threading, urllib.request

import schemathesis

base, worker, credential = os.environ["BASE"], os.environ["WORKER"], os.environ["CREDENTIAL"]
secret = os.environ["GITHUB_SECRET"].encode()
known = json.loads(os.environ["KNOWN"])
report = json.load(open(os.environ["REPORT"]))
calls, statuses, lock = collections.Counter(), collections.defaultdict(collections.Counter), threading.Lock()


def ask(method, path, body=None, who=None, **headers):
    headers |= {"Content-Type": "application/json"}
    who = credential if who is None else who
    if who:
        headers["Authorization"] = f"Bearer {who}"
    request = urllib.request.Request(base + path, None if body is None else json.dumps(body).encode(), headers, method=method)
    text = urllib.request.urlopen(request).read()
    return json.loads(text) if text else None


def scan():
    return ask("POST", "/api/scan", {"repoUrl": known["repoUrl"]})["scanId"]


def cancel(case, number):
    """A guest's scan is cancelled with its token; one of its user's without."""
    made = ask("POST", "/api/scan", {"repoUrl": known["repoUrl"]}, "" if number % 2 else None)
    case.path_parameters = {"id": made["scanId"]}
    case.body = {"cancelToken": made.get("cancelToken")}


def job():
    id = scan()
    return id, ask("POST", "/api/worker/claim", {"workerId": "hooks", "scanId": id}, worker)["leaseToken"]


def one_of_mine(path, body):
    """The newest thing of a list of one's own, which is made where there is none."""
    mine = ask("GET", path)
    return (mine[0] if mine else ask("POST", path, body))["id"]


def favorite():
    ask("POST", f"/api/favorites/{known['repository']}")
    return known["repository"]


def of_a_job(body):
    def make(case, number):
        id, lease = job()
        case.path_parameters = {"id": id}
        case.body = body(number) | {"leaseToken": lease}
    return make


def report_status(case, number):
    id, lease = job()
    case.path_parameters = {"id": id}
    case.headers["X-Lease-Token"] = lease
    case.body = [{"status": "processing", "progress": 5, "stage": "parse"},
                 {"status": "completed", "results": report, "branch": "main", "commitSha": "c0ffee"},
                 {"status": "failed", "errorCode": "clone-failed", "error": "No."}, {"status": "cancelled"}][number % 4]


def push(case, number):
    event = ("push", "push", "ping")[number % 3]
    case.body = {"ref": f"refs/heads/branch-{number // 2}", "repository": {"clone_url": known["repoUrl"], "private": False}}
    signature = hmac.new(secret, json.dumps(case.body).encode(), hashlib.sha256).hexdigest()
    case.headers.update({"X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={signature}"})


def at(**made):
    """The parts of the address: values, or what makes one."""
    def make(case, number):
        case.path_parameters = {name: value() if callable(value) else value for name, value in made.items()}
    return make


def saying(body):
    def make(case, number):
        case.body = body
    return make


def section(case, number):
    case.path_parameters = {"id": known["scans"][0]}
    case.query = [{}, {"section": "riskScores"}, {"section": "ast.files", "limit": 1, "offset": 0}][number % 3]


def unasked(case, number):
    """A list as it is without a query."""
    case.query = {}


done, repository = at(id=known["scans"][0]), at(repositoryId=known["repository"])
key, webhook = {"name": "of schemathesis"}, {"url": "https://example.org/hook", "events": ["scan.completed"]}
hook_or_key = lambda path, body: at(id=lambda: one_of_mine(path, body))
SOUND = {
    "submitScan": saying({"repoUrl": known["repoUrl"], "branch": "main"}),
    "getScan": done, "getResults": section, "watchScan": done,
    "cancelScan": cancel, "deleteScan": at(id=scan),
    "exportHtml": done, "exportMarkdown": done, "exportJson": done, "exportSarif": done, "exportSbom": done, "badgeOfScan": done,
    "badgeOfRepository": at(host="git.example.org", owner="owner", repository="repository"),
    "listScans": unasked, "countScans": unasked, "listHistory": unasked,
    "repositoryHistory": repository, "trends": repository, "compareScans": at(a=known["scans"][0], b=known["scans"][1]),
    "addFavorite": repository, "checkFavorite": repository, "removeFavorite": at(repositoryId=favorite),
    "makeKey": saying(key), "deleteKey": hook_or_key("/api/keys", key),
    "makeWebhook": saying(webhook), "deleteWebhook": hook_or_key("/api/webhooks", webhook),
    "receivePush": push,
    "claimJob": lambda case, number: saying({"workerId": "hooks", "scanId": scan(), "waitMs": 0})(case, number),
    "heartbeat": of_a_job(lambda number: {"progress": number % 101, "stage": "parse"}),
    "reportCommit": of_a_job(lambda number: {"commitSha": ["c0ffee", "new"][number % 2], "branch": "main", "analyserVersion": known["analyser"]}),
    "releaseJob": of_a_job(lambda number: {"reason": "stopping"}),
    "reportStatus": report_status,
}


def may(definition):
    """What a caller may not do cannot succeed, and nothing can be made for it."""
    schemes = {scheme for option in definition.get("security", [{}]) for scheme in option or {"guest": []}}
    return {"": "guest", worker: "worker"}.get(credential, "caller") in schemes or "guest" in schemes


@schemathesis.hook
def before_call(context, case, kwargs):
    definition = case.operation.definition.raw
    name = definition["operationId"].removesuffix("Head")
    if case.method.upper() != case.operation.method.upper() or name not in SOUND:
        return
    with lock:
        number = calls[definition["operationId"]]
        calls[definition["operationId"]] += 1
    if number % 3 == 0 and may(definition):
        SOUND[name](case, number // 3)
        if isinstance(case.body, dict):
            case.media_type = "application/json"


@schemathesis.hook
def after_call(context, case, response):
    if case.method.upper() == case.operation.method.upper():
        with lock:
            statuses[case.operation.definition.raw["operationId"]][response.status_code] += 1


@atexit.register
def write():
    with open(os.environ["STATISTICS"], "w") as file:
        json.dump(statuses, file)
