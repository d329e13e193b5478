"""A little of Salesforce's REST API over a tenant, for a tool that speaks nothing else: `facade.py URL KEY`.

It knows describes and sObject collections (`composite/sobjects`, a POST to insert, a PATCH to upsert by external id),
and makes one request of each record. Whatever goes wrong with that one, a refusal, a 5xx or a broken connection, is the
error of that row, as collections have it, and the rest of the collection is done all the same. A 429 it waits out: what
is two hundred calls of the tenant's quota would be one of Salesforce's. It prints its port and runs until its standard
input ends. Needs nothing but Python.
"""

import http.client
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from mapping import PATHS, name_key

SOBJECTS = {"Account": "sales_account", "Contact": "contact", "Opportunity": "deal", "Note": "note"}
# Of each sObject: its fields and what the tenant calls them; references name the sObject they point at.
FIELDS = {
    "Account": {"Name": "name", "BillingCity": "city"},
    "Contact": {"FirstName": "first_name", "LastName": "last_name", "Email": "email", "MailingCity": "city"},
    "Opportunity": {"Name": "name", "Amount": "amount"},
    "Note": {"Body": "text"},
}
REFERENCES = {
    "Account": {},
    "Contact": {"AccountId": "Account"},
    "Opportunity": {"AccountId": "Account", "ContactId": "Contact"},
    "Note": {"ParentId": "Contact"},
}
SOURCE_ID = "Source_Id__c"
NO_ANSWER = 599
SHORTEST_WAIT = 0.1  # seconds


class Handler(BaseHTTPRequestHandler):
    """One connection of the tool."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    local = threading.local()
    url, key = "", ""

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        """Describe everything, or one sObject."""
        parts = self.path.strip("/").split("/")
        self.answer(
            {"sobjects": [describe_head(name) for name in SOBJECTS]} if parts[-1] != "describe" else describe(parts[-2])
        )

    def do_POST(self):
        """Insert a collection."""
        self.take("")

    def do_PATCH(self):
        """Upsert a collection."""
        self.take(self.path.rpartition("/")[2])

    def take(self, update_key):
        """One request of each record."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer([self.write(record, update_key) for record in sent["records"]])

    def write(self, record, update_key):
        """The result of one record."""
        object = SOBJECTS[record["attributes"]["type"]]
        body = build(record)
        path, sent = PATHS[object], {object: body}
        if update_key and object != "note":
            path, sent = f"{path}/upsert", {"unique_identifier": {name_key(object): record[SOURCE_ID]}, **sent}
        status, answer = self.send(path, sent)
        if status < 400:
            return {"id": str(answer[object]["id"]), "success": True, "created": True, "errors": []}
        error = {"statusCode": name_error(status), "message": str(answer)[:200], "fields": []}
        return {"id": None, "success": False, "created": False, "errors": [error]}

    def send(self, path, body):
        """One request to the tenant, sent again in the next hour of its quota where this one is used up."""
        while True:
            status, answer, reset = self.exchange(path, body)
            if status != 429:
                return status, answer
            time.sleep(reset)

    def exchange(self, path, body):
        """One request on this thread's connection and the seconds its quota lasts; `NO_ANSWER` where no answer came."""
        place = urlsplit(self.url)
        if getattr(self.local, "tenant", None) is None:
            self.local.tenant = http.client.HTTPConnection(place.hostname, place.port)
        headers = {
            "Authorization": f"Token token={self.key}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        try:
            self.local.tenant.request("POST", f"{place.path}/{path}", json.dumps(body), headers)
            answer = self.local.tenant.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.local.tenant = None
            return NO_ANSWER, f"no answer came: {error}", 0.0
        reset = float(answer.headers.get("x-ratelimit-reset") or SHORTEST_WAIT)
        return answer.status, json.loads(content) if answer.status < 400 else content, max(reset, SHORTEST_WAIT)

    def answer(self, body):
        """Answer with JSON."""
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Says nothing of callers that are gone: they are killed on purpose."""

    def handle_error(self, request, client_address):
        """Let go."""


def name_error(status):
    """What collections call it."""
    return "SERVER_UNAVAILABLE" if status >= 500 else "INVALID_FIELD"


def build(record):
    """The attributes the tenant takes of a record; empty references are left out."""
    name = record["attributes"]["type"]
    body = {to: record[field] for field, to in FIELDS[name].items() if record.get(field) is not None}
    ids = {field: int(record[field]) for field in REFERENCES[name] if record.get(field)}
    source_id = record[SOURCE_ID]
    if name == "Note":
        about = {"targetable_type": "Contact", "targetable_id": ids["ParentId"]} if ids else {}
        return {"description": f"{body['text']}\n[source note {source_id}]", **about}
    if name == "Contact":
        accounts = [{"id": ids["AccountId"], "is_primary": True}] if ids else []
        return {**body, "external_id": source_id, **({"sales_accounts": accounts} if accounts else {})}
    if "AccountId" in ids:
        body["sales_account_id"] = ids["AccountId"]
    if "ContactId" in ids:
        body["contacts_added_list"] = [ids["ContactId"]]
    return {**body, "custom_field": {"cf_source_id": source_id}}


def describe_head(name):
    """What a global describe says of an sObject."""
    return {"name": name, "createable": True, "updateable": True, "deletable": True, "queryable": True}


def describe(name):
    """An sObject and its fields."""
    plain = {"createable": True, "updateable": True, "nillable": True, "defaultedOnCreate": True, "defaultValue": None}
    plain |= {"externalId": False, "idLookup": False, "referenceTo": [], "relationshipName": None}
    fields = [{**plain, "name": "Id", "type": "id", "createable": False, "updateable": False}]
    fields += [{**plain, "name": field, "type": "double" if field == "Amount" else "string"} for field in FIELDS[name]]
    fields += [{**plain, "name": SOURCE_ID, "type": "string", "externalId": True}]
    for field, parent in REFERENCES[name].items():
        fields.append(
            {**plain, "name": field, "type": "reference", "referenceTo": [parent], "relationshipName": field[:-2]}
        )
    return {**describe_head(name), "fields": fields}


def main(url, key):
    """Serve until nobody is left to end it."""
    Handler.url, Handler.key = url, key
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
