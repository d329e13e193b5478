"""A network that loses things: answers after the tenant did the work, or requests before it got them."""

from __future__ import annotations

import random

import httpx


class Lossy(httpx.BaseTransport):
    """Passes requests on, and loses some writes on the way there or on the way back.

    Args:
        lost_answers: Chance that a write is done and its answer lost.
        lost_requests: Chance that a write never arrives and nobody is told.
    """

    def __init__(self, inner: httpx.BaseTransport, *, seed: int, lost_answers: float = 0, lost_requests: float = 0):
        self._inner = inner
        self._draw = random.Random(seed)
        self._lost_answers, self._lost_requests = lost_answers, lost_requests
        self.lost = 0
        self.is_down = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_write = request.method != "GET" and "filtered_search" not in request.url.path
        if is_write and self._draw.random() < self._lost_requests:
            self.lost += 1
            raise httpx.ReadTimeout("lost on the way there", request=request)
        if self.is_down:
            raise httpx.ReadTimeout("down", request=request)
        response = self._inner.handle_request(request)
        if is_write and self._draw.random() < self._lost_answers:
            self.lost += 1
            raise httpx.ReadTimeout("lost on the way back", request=request)
        return response
