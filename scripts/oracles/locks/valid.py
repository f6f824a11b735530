"""Checks one bill of materials and prints what it is; ends with 1 where it is not valid: `valid.py FILE`."""
import json
import sys

text = open(sys.argv[1]).read()
bom = json.loads(text)
if "spdxVersion" in bom:
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    faults = validate_full_spdx_document(parse_file(sys.argv[1]))
    if faults:
        sys.exit("\n".join(f"{fault.context.spdx_id}: {fault.validation_message}" for fault in faults[:10]))
    print(f"{bom['spdxVersion']} valid, {len(bom['packages']) - 1} packages, {len(bom['relationships'])} relationships")
else:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion[f"V{bom['specVersion'].replace('.', '_')}"]
    if fault := JsonStrictValidator(version).validate_str(text):
        sys.exit(f"CycloneDX {bom['specVersion']}: {str(fault)[:800]}")
    links = sum(len(one["dependsOn"]) for one in bom["dependencies"])
    print(f"CycloneDX {bom['specVersion']} valid, {len(bom['components'])} components, {links} links")
