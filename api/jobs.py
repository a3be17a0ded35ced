"""`/api/v1/{os}/automation/jobs`: background work and its dead letters; the brand's, whichever part the path names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.automation import Os
from api.desk import BrandRoute, KeyedDesk, ReadDesk
from api.errors import ANSWERED, IN_A_BRAND
from api.pages import Cursor, Limit, Page, page_of, read_id
from api.shapes.executions import JobShape, JobStatus
from api.tags import IfMatch, require_tag, tagged
from automation.dead_letters import job_document, job_of, job_tag, jobs, retry_job
from store.leases import lock_row
from store.tables import Job

jobs_router = APIRouter(
    prefix="/{os}/automation/jobs", tags=["automation"], responses=IN_A_BRAND | ANSWERED, route_class=BrandRoute
)
_OPEN = (JobStatus.QUEUED, JobStatus.LEASED, JobStatus.DEAD)


@jobs_router.get("", operation_id="list_jobs")
def list_jobs(
    os: Os,
    desk: ReadDesk,
    status: Annotated[list[JobStatus] | None, Query(description="all that are not done, by default")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[JobShape]:
    """Jobs, newest first; `status=dead` for those that were given up."""
    after = read_id(cursor)
    with desk.read() as session:
        rows = jobs(session, status or _OPEN, limit + 1, after)
        return page_of(rows, limit, _shape, lambda job: [str(job.id)])


@jobs_router.get("/{job_id}", operation_id="show_job")
def show_job(os: Os, job_id: UUID, desk: ReadDesk, response: Response) -> JobShape:
    """One job: when it is due, how often it was tried, and what went wrong last."""
    with desk.read() as session:
        job = job_of(session, job_id)
    tagged(response, job_tag(job))
    return _shape(job)


@jobs_router.post("/{job_id}/retry", operation_id="retry_job", status_code=202)
def retry(os: Os, job_id: UUID, desk: KeyedDesk, response: Response, if_match: IfMatch) -> JobShape:
    """Try a dead letter again, in the background."""
    with desk.office.database.begin(desk.ctx) as session:
        job_of(session, job_id)
        require_tag(if_match, job_tag(lock_row(session, Job, job_id)), "The job")
        job = retry_job(session, job_id)
        session.flush()
        tagged(response, job_tag(job))
        shown = _shape(job)
    desk.house.background.wake()
    return shown


def _shape(job: Job) -> JobShape:
    return JobShape.model_validate({**job_document(job), "etag": job_tag(job)})
