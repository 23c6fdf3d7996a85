// The contact that the reference shows.
import type { Contact } from "./schema";

export const example: Contact = {
  id: "con_01kqz3v9c5f1nazrk2d4f7h8jm",
  version: 7,
  status: "active",
  external_ids: { salesforce: "003x" },
  first_name: "Ana",
  last_name: "Núñez",
  company: "Acme",
  job_title: "CFO",
  emails: [{ value: "Ana@Acme.com", label: "work", primary: true, state: "deliverable" }],
  phones: [{ value: "+34600111222", raw: "600 111 222", label: "mobile", primary: true }],
  addresses: [{ label: "home", line1: "Calle Mayor 1", line2: null, city: "Madrid", region: null, postal_code: "28013", country: "ES" }],
  birthday: "1980-05-09",
  language: "es",
  timezone: "Europe/Madrid",
  urls: [{ value: "https://acme.com/ana", label: null }],
  custom: {},
  tags: ["vip"],
  lists: [],
  consent: {},
  source: { type: "api", key: "key_01kqz3v9c5f1nazrk2d4f7h8jm" },
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
  archived_at: null,
};
